-- A text with number words one by one: `double two` as `two two`, `twenty-three` as one word.
CREATE OR REPLACE MACRO digit_words(words) AS
    regexp_replace(
        regexp_replace(
            regexp_replace(
                words,
                '(?i)\b(twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[ -]+'
                || '(one|two|three|four|five|six|seven|eight|nine)\b',
                '\1\2',
                'g'
            ),
            '(?i)\b(?:double|doppel|doppelt|doppelte|zweimal|zwei mal|twice)\s+(?:die\s+)?(\pL+|[0-9])',
            '\1 \1',
            'g'
        ),
        '(?i)\b(?:triple|treble|dreifach|dreimal|drei mal)\s+(?:die\s+)?(\pL+|[0-9])',
        '\1 \1 \1',
        'g'
    );
-- Tests
-- digit_words('four double two ONE') = 'four two two ONE'
-- digit_words('dreimal die sieben') = 'sieben sieben sieben'
-- digit_words('twenty-three, seventy four') = 'twentythree, seventyfour'
