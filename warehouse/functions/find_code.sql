-- Codes of `low` to `high` digits told after a word that the regex `names` matches, as they were said.
CREATE OR REPLACE MACRO find_code(words, names, low, high) AS
    CASE
        WHEN regexp_matches(words, names)
        THEN
            list_filter(
                regexp_extract_all(
                    words,
                    names || '[^0-9.!?\n]{0,40}?[^a-zäöüß0-9]((?:[0-9]+'
                    || '|(?:null|ein|zw|drei|dree|vier|fünf|fuenf|sech|sieb|acht|neun|zehn|elf'
                    || '|zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twe|thir|for|fif)[a-zäöüß]*)'
                    || '(?:[^a-zäöüß0-9\n.!?]{1,3}(?:[0-9]+'
                    || '|(?:null|ein|zw|drei|dree|vier|fünf|fuenf|sech|sieb|acht|neun|zehn|elf'
                    || '|zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twe|thir|for|fif)[a-zäöüß]*)){0,7})'
                    || '(?:[^a-zäöüß0-9]|$)',
                    1
                ),
                lambda said: regexp_full_match(
                    array_to_string(digit_values(digit_tokens(digit_words(said))), ''), '[0-9]{' || low || ',' || high || '}'
                )
            )
        ELSE []
    END;
-- Tests
-- find_code('der CVV ist 123.', '(?i)cvv', 3, 4) = ['123']
-- find_code('CVV: eins zwo drei', '(?i)cvv', 3, 4) = ['eins zwo drei']
-- find_code('der CVV sind die drei letzten Stellen', '(?i)cvv', 3, 4) = []
-- find_code('Auftrag 123', '(?i)cvv', 3, 4) = []
