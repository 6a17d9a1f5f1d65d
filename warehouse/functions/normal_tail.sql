-- Chance of a standard normal value above `x`, for x from 0 up, right to seven digits. NULL for NULL.
CREATE OR REPLACE MACRO normal_tail(x) AS
    0.5 * exp(-pow(x, 2) / 2)
    * list_sum(
        list_transform(
            [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429]::DOUBLE[],
            lambda c, i: c / pow(1 + 0.3275911 * x / sqrt(2.0), i)
        )
    );
-- Tests
-- round(normal_tail(0), 6) = 0.5
-- round(normal_tail(1.959963984540054), 6) = 0.025
-- round(normal_tail(1), 6) = 0.158655
-- normal_tail(6) BETWEEN 0 AND 1e-6
-- normal_tail(NULL) IS NULL
