-- Bank accounts (IBAN) in a text as they stand there: a known country's length, and check digits that fit.
CREATE OR REPLACE MACRO find_iban(words) AS
    list_filter(
        list_transform(
            regexp_extract_all(
                words,
                '(?i)(?:^|[^\pL0-9])((?:AD|AE|AL|AT|AZ|BA|BE|BG|BH|BR|CH|CR|CY|CZ|DE|DK|DO|EE|EG|ES|FI|FO|FR|GB|GE|GI|GL|GR|HR'
                || '|HU|IE|IL|IS|IT|JO|KW|KZ|LB|LI|LT|LU|LV|MC|MD|ME|MK|MR|MT|NL|NO|PL|PT|QA|RO|RS|SA|SE|SI|SK|SM|TN|TR|UA|XK)'
                || '[\s\pZ.-]?[0-9][\s\pZ.-]?[0-9](?:[\s\pZ.-]{0,2}[A-Z0-9]){11,40})',
                1
            ),
            lambda raw: regexp_extract(
                raw,
                '^(?:[\s\pZ.-]*[^\s\pZ.-]){' || coalesce(account_length(upper(raw[1:2])), 1) || '}'
            )
        ),
        lambda raw: account_valid(upper(regexp_replace(raw, '[\s\pZ.-]', '', 'g')))
    );
-- Tests
-- find_iban('IBAN DE89 3704 0044 0532 0130 00 bitte') = ['DE89 3704 0044 0532 0130 00']
-- find_iban('gb29nwbk60161331926819.') = ['gb29nwbk60161331926819']
-- find_iban('DE88 3704 0044 0532 0130 00') = []
-- find_iban('Vorgang DE8937040044053201300') = []
