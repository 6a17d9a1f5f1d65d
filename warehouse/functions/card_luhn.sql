-- Whether the last digit of a number is its check digit by Luhn's rule. `digits` holds digits only.
CREATE OR REPLACE MACRO card_luhn(digits) AS
    list_sum(
        list_transform(
            regexp_extract_all(reverse(digits), '.'),
            lambda digit, n: CASE
                WHEN n % 2 = 1
                THEN digit::INTEGER
                ELSE digit::INTEGER * 2 - CASE WHEN digit::INTEGER > 4 THEN 9 ELSE 0 END
            END
        )
    ) % 10 = 0;
-- Tests
-- card_luhn('4111111111111111')
-- NOT card_luhn('4111111111111112')
-- card_luhn('378282246310005')
-- NOT card_luhn('1411111111111111')
