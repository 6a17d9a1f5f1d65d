-- A text in which every number, in digits or in words, is a star.
CREATE OR REPLACE MACRO hide_digits(words) AS
    array_to_string(
        list_transform(
            digit_tokens(words), lambda token: CASE WHEN digit_of_word(token) IS NULL THEN token ELSE '*' END
        ),
        ''
    );
-- Tests
-- hide_digits('vier 711, Hallo dreiundzwanzig') = '* *, Hallo *'
-- hide_digits(NULL) IS NULL
