-- Per token its digits, '' for a gap that numbers may have inside, and | for whatever ends a number.
CREATE OR REPLACE MACRO digit_values(parts) AS
    -- A list of one gives a name to what is used more than once: a macro would repeat its argument.
    list_transform(
        [parts],
        lambda tokens: list_transform(
            [list_transform(tokens, lambda token: digit_of_word(token))],
            lambda number: list_transform(
                tokens,
                lambda token, n: CASE
                    WHEN number[n] IS NOT NULL
                    THEN number[n]
                    WHEN regexp_full_match(token, '[ \t\x{a0}\x{202f}./_–—-]{1,3}')
                    THEN ''
                    -- A list of longer numbers is not one number.
                    WHEN
                        regexp_full_match(token, '[\s\pZ.,;/_–—-]{1,4}')
                        AND coalesce(len(number[n - 1]), 0) <= 4
                        AND coalesce(len(number[n + 1]), 0) <= 4
                    THEN ''
                    WHEN
                        lower(token) IN ('und', 'dann', 'and', 'then', 'äh', 'ähm', 'uh', 'um', 'ja', 'strich', 'dash')
                        AND coalesce(len(number[n - 2]), len(number[n - 4]), 9) <= 4
                        AND coalesce(len(number[n + 2]), len(number[n + 4]), 9) <= 4
                    THEN ''
                    ELSE '|'
                END
            )
        )[1]
    )[1];
-- Tests
-- digit_values(['vier', ' ', 'eins', ', ', '12']) = ['4', '', '1', '', '12']
-- digit_values(['12345678', ', ', '12345678']) = ['12345678', '|', '12345678']
-- digit_values(['a', ' ', '12']) = ['|', '', '12']
-- digit_values(['1', ' ', 'und', ' ', 'dann', ' ', '2']) = ['1', '', '', '', '', '', '2']
