-- Lower bound of the 95 % Wilson interval of a share: `hits` of `n`. NULL when n is 0 or unknown.
CREATE OR REPLACE MACRO wilson_low(hits, n) AS
    CASE
        WHEN n > 0
        THEN
            greatest(
                0.0,
                (hits / n + 3.8414588206941254 / (2 * n) - 1.959963984540054 * sqrt(
                    hits / n * (1 - hits / n) / n + 3.8414588206941254 / (4 * n * n)
                )) / (1 + 3.8414588206941254 / n)
            )
    END;
-- Tests
-- round(wilson_low(81, 263), 4) = 0.2553
-- round(wilson_low(0, 10), 9) = 0
-- wilson_low(0, 0) IS NULL
