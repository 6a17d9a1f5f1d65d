-- Card numbers in tokens and their digit_values, as {first, last, digits}: places of tokens, from 1.
CREATE OR REPLACE MACRO card_spans(tokens, digit) AS
    list_filter(
        flatten(
            list_transform(
                list_filter(
                    range(1, len(tokens) + 1),
                    -- Digits that hang on a letter or a plus are part of something else.
                    lambda i: digit[i] NOT IN ('', '|')
                    AND NOT coalesce(regexp_matches(tokens[i - 1], '[\pL+]$'), false)
                    AND regexp_matches(array_to_string(digit[i:i + 60], ''), '^[2-6][0-9]{12}')
                ),
                lambda i: list_transform(
                    range(i, least(i + 61, len(tokens) + 1)),
                    lambda j: {'first': i, 'last': j, 'digits': array_to_string(digit[i:j], '')}
                )
            )
        ),
        lambda span: len(span.digits) BETWEEN 13 AND 19
        AND digit[span.last] <> ''
        AND NOT coalesce(regexp_matches(tokens[span.last + 1], '^\pL'), false)
        AND card_number_valid(span.digits)
    );
-- Tests
-- card_spans(['4111111111111111'], ['4111111111111111']) = [{'first': 1, 'last': 1, 'digits': '4111111111111111'}]
-- card_spans(['TK', '4111111111111111'], ['|', '4111111111111111']) = []
