-- Upper bound of the 95 % Wilson interval of a share: `hits` of `n`. NULL when n is 0 or unknown.
CREATE OR REPLACE MACRO wilson_high(hits, n) AS
    CASE
        WHEN n > 0
        THEN
            least(
                1.0,
                (hits / n + 3.8414588206941254 / (2 * n) + 1.959963984540054 * sqrt(
                    hits / n * (1 - hits / n) / n + 3.8414588206941254 / (4 * n * n)
                )) / (1 + 3.8414588206941254 / n)
            )
    END;
-- Tests
-- round(wilson_high(81, 263), 4) = 0.3662
-- round(wilson_high(10, 10), 9) = 1
-- wilson_high(0, 0) IS NULL
