-- Card verification codes told in a text, as they were said: 3 or 4 digits after the code's name.
CREATE OR REPLACE MACRO find_cvv(words) AS
    find_code(
        words,
        '(?i)(?:cvv2?|cvc2?|kartenpr[üu]e?f[a-zäöüß]*|pr[üu]e?f(?:ziffer|nummer|zahl)|sicherheitscode|security code|verification (?:code|number|value))',
        3,
        4
    );
-- Tests
-- find_cvv('Die Prüfziffer ist 123') = ['123']
-- find_cvv('The security code is four five six') = ['four five six']
-- find_cvv('Meine Hausnummer ist 123') = []
