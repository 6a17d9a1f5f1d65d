-- Chance that a count of mean `mean` that follows Poisson is `k` or more. NULL for NULL.
CREATE OR REPLACE MACRO poisson_from(k, mean) AS
    CASE
        WHEN k <= 0
        THEN 1.0
        WHEN k > 0 AND mean >= 0
        THEN
            greatest(
                0.0,
                1.0
                - list_sum(
                    list_transform(
                        range(0, ceil(k)::BIGINT),
                        lambda i: exp(i * ln(greatest(mean, 1e-12)) - mean - lgamma(i + 1))
                    )
                )
            )
    END;
-- Tests
-- round(poisson_from(1, 2.0), 6) = 0.864665
-- round(poisson_from(3, 0.4), 6) = 0.007926
-- round(poisson_from(25, 14.0), 6) = 0.00502
-- poisson_from(0, 5.0) = 1
-- poisson_from(400, 29.0) = 0
-- poisson_from(NULL, 5.0) IS NULL
-- poisson_from(3, NULL) IS NULL
