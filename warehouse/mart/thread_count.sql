-- One row per system of e-mails: how many threads they make, by each way of joining.
with
    thread as (
        select
            system,
            thread_id,
            min(sent_at) as first_sent_at,
            max(sent_at) as last_sent_at,
            first(subject order by is_opening desc, sent_at nulls last, message_id) as subject
        from core.message
        join core.thread_message using (message_id)
        group by system, thread_id
    ),
    plain as (
        select
            *,
            lower(
                trim(
                    regexp_replace(
                        coalesce(subject, ''),
                        '^(?:\s*(?:(?:re|aw|antw|wg|fwd?|sv|vs|tr|rif|odp)(?:\[\d+\])?\s?:|\[[^\]]{1,60}\]))+',
                        '',
                        'i'
                    )
                )
            ) as words
        from thread
    ),
    beside as (
        select
            *,
            max(last_sent_at) over (
                partition by system, words
                order by first_sent_at nulls last, thread_id
                rows between unbounded preceding and 1 preceding
            ) as before_at
        from plain
    ),
    counted as (
        select
            system,
            count(*) as threads,
            count(*) filter (
                where
                    words = ''
                    or first_sent_at is null
                    or before_at is null
                    or first_sent_at > before_at + interval 30 day
            ) as threads_by_subject
        from beside
        group by system
    )
select
    system,
    count(*) as messages,
    count(distinct reference_thread_id) as threads_by_reference,
    any_value(threads) as threads,
    any_value(threads_by_subject) as threads_by_subject,
    count(distinct reference_thread_id) filter (where missing_id is not null) as threads_without_beginning,
    count(message_conflict.message_id) as conflicting_messages
from core.message
join core.thread_message using (message_id)
join counted using (system)
left join core.message_conflict using (message_id)
group by system
