-- PINs and TANs told in a text, as they were said: 4 to 8 digits after the word.
CREATE OR REPLACE MACRO find_pin(words) AS
    find_code(
        words, '(?i)(?:^|[^\pL])(?:pin|tan|geheimzahl|geheimnummer|passcode|pin (?:code|number)|pin-?nummer)', 4, 8
    );
-- Tests
-- find_pin('Meine PIN ist 4711') = ['4711']
-- find_pin('my pin is four seven eleven') = ['four seven eleven']
-- find_pin('Eine PIN hat 12 Stellen') = []
