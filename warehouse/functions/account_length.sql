-- How many characters a country's IBAN has; NULL for a country that has none.
CREATE OR REPLACE MACRO account_length(country) AS
    nullif(
        regexp_extract(
            'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 '
            || 'FO18 FR27 GB22 GE22 GI23 GL18 GR27 HR21 HU28 IE22 IL23 IS26 IT27 JO30 KW30 KZ20 LB28 LI21 LT20 LU20 '
            || 'LV21 MC27 MD24 ME22 MK19 MR27 MT31 NL18 NO15 PL28 PT25 QA29 RO24 RS22 SA24 SE24 SI19 SK24 SM27 TN24 '
            || 'TR26 UA29 XK20',
            country || '([0-9]{2})',
            1
        ),
        ''
    )::INTEGER;
-- Tests
-- account_length('DE') = 22
-- account_length('NO') = 15
-- account_length('XX') IS NULL
