-- Whether an interaction is a first contact with the `days` before it known: counted, excluded (it is none) or unknown.
CREATE OR REPLACE MACRO first_contact_state(
    is_contact, is_answered, customer_id, previous_before_s, perhaps_previous_before_s, recorded_before_s, days
) AS
    CASE
        WHEN NOT is_contact OR NOT is_answered OR previous_before_s <= days * 86400
        THEN 'excluded'
        WHEN is_contact AND is_answered AND customer_id IS NOT NULL AND recorded_before_s >= days * 86400
        THEN CASE WHEN perhaps_previous_before_s <= days * 86400 THEN 'unknown' ELSE 'counted' END
        ELSE 'unknown'
    END;
-- Tests
-- first_contact_state(true, true, 'k', NULL, NULL, 604800, 7) = 'counted'
-- first_contact_state(true, true, 'k', NULL, NULL, 604799, 7) = 'unknown'
-- first_contact_state(true, true, 'k', 604800, 604800, 9e9, 7) = 'excluded'
-- first_contact_state(true, true, 'k', 604801, 604801, 9e9, 7) = 'counted'
-- first_contact_state(true, true, 'k', NULL, 3600, 9e9, 7) = 'unknown'
-- first_contact_state(true, true, NULL, NULL, NULL, 9e9, 7) = 'unknown'
-- first_contact_state(true, NULL, 'k', NULL, NULL, 9e9, 7) = 'unknown'
-- first_contact_state(NULL, true, 'k', NULL, NULL, 9e9, 7) = 'unknown'
-- first_contact_state(NULL, false, 'k', NULL, NULL, 9e9, 7) = 'excluded'
-- first_contact_state(false, true, NULL, NULL, NULL, 9e9, 7) = 'excluded'
-- first_contact_state(true, true, 'k', NULL, NULL, NULL, 7) = 'unknown'
