-- A text with every IBAN cut to its country and last four characters; any other text as it is.
CREATE OR REPLACE MACRO mask_ibans(words) AS
    list_transform(
        [words],
        lambda whole: list_reduce(
            list_prepend(whole, find_iban(whole)),
            lambda text, raw: replace(
                text, raw, upper(raw[1:2]) || '******' || regexp_replace(raw, '[\s\pZ.-]', '', 'g')[-4:]
            )
        )
    )[1];
-- Tests
-- mask_ibans('Konto DE89 3704 0044 0532 0130 00 bitte') = 'Konto DE******3000 bitte'
-- mask_ibans('ohne') = 'ohne'
-- mask_ibans(NULL) IS NULL
