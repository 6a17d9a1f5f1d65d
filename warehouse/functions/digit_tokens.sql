-- The words, digits and gaps of a text in order; joined they are the text again.
CREATE OR REPLACE MACRO digit_tokens(words) AS regexp_extract_all(words, '\pL+|[0-9]+|[^\pL0-9]+');
-- Tests
-- digit_tokens('PIN 12-3') = ['PIN', ' ', '12', '-', '3']
-- array_to_string(digit_tokens('Grüße 4711, ja!'), '') = 'Grüße 4711, ja!'
