-- Whether digits are a payment card's number: an issuer's prefix, its length, and the check digit.
CREATE OR REPLACE MACRO card_number_valid(digits) AS
    CASE
        WHEN
            regexp_full_match(
                digits,
                '4[0-9]{12}|4[0-9]{15}|4[0-9]{18}|5[1-5][0-9]{14}'
                || '|(?:222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}'
                || '|3[47][0-9]{13}|3(?:0[0-59]|[689][0-9])[0-9]{11}|35(?:2[89]|[3-8][0-9])[0-9]{12,15}'
                || '|(?:6011|64[4-9][0-9]|65[0-9]{2}|62[0-9]{2})[0-9]{12,15}'
                || '|(?:5018|5020|5038|5893|6304|6759|676[1-3])[0-9]{9,15}'
            )
        THEN card_luhn(digits)
        ELSE false
    END;
-- Tests
-- card_number_valid('4111111111111111')
-- card_number_valid('5555555555554444')
-- card_number_valid('378282246310005')
-- card_number_valid('2223003122003222')
-- card_number_valid('30569309025904')
-- card_number_valid('6011111111111117')
-- NOT card_number_valid('4111111111111112')
-- NOT card_number_valid('9999999999999995')
-- NOT card_number_valid('41111111111111')
