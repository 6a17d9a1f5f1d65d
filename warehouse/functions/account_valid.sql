-- Whether capital letters and digits without gaps are an IBAN: the country's length, and 1 as remainder by 97.
CREATE OR REPLACE MACRO account_valid(account) AS
    list_transform([account], lambda iban: CASE
        WHEN len(iban) = account_length(iban[1:2]) AND regexp_full_match(iban, '[A-Z]{2}[0-9]{2}[A-Z0-9]+')
        THEN
            list_reduce(
                list_prepend(
                    0,
                    list_transform(
                        regexp_extract_all(iban[5:] || iban[1:4], '.'),
                        lambda c: CASE WHEN c >= 'A' THEN ascii(c) - 55 ELSE c::INTEGER END
                    )
                ),
                lambda rest, value: (rest * CASE WHEN value > 9 THEN 100 ELSE 10 END + value) % 97
            ) = 1
        ELSE false
    END)[1];
-- Tests
-- account_valid('DE89370400440532013000')
-- account_valid('GB29NWBK60161331926819')
-- account_valid('NO9386011117947')
-- NOT account_valid('DE89370400440532013001')
-- NOT account_valid('DE8937040044053201300')
