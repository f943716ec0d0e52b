"""How much customers have to do with us, from 0 to 100: what they did themselves, the recent counting most.

| what                                            | points |
|-------------------------------------------------|--------|
| came in person, to an event or into a shop      | 10     |
| telephoned with us, either way round            | 8      |
| wrote to us: chat, messenger, mail, form        | 6      |
| clicked in a campaign, looked at a page, wrote  | 3      |
| on social media                                 |        |

Points halve every 45 days and are gone after 270. Purchases do not count, they are in the value; neither do
mails nobody answered and what colleagues write down. The score is 100 * points / (points + 20), so the first
touches raise it most: a chat today makes 23, a visit and two chats 52.
"""

from customers.timeline.models import Entry

HALF_LIFE = 45
DAYS = 270
HALF_SCORE = 20
CHANNELS = Entry.Channel
POINTS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (10, (CHANNELS.MEETING, CHANNELS.STORE, CHANNELS.EVENT)),
    (8, (CHANNELS.PHONE,)),
    (6, (CHANNELS.EMAIL, CHANNELS.SMS, CHANNELS.WECHAT, CHANNELS.WHATSAPP, CHANNELS.CHAT, CHANNELS.FORM)),
    (3, (CHANNELS.WEB, CHANNELS.SOCIAL)),
)
# Who meets or speaks with us takes part, whoever began.
BOTH_WAYS = (CHANNELS.MEETING.value, CHANNELS.PHONE.value)

CLICKED = "campaign.clicked"
_CASES = " ".join(f"WHEN '{one}' THEN {points}" for points, channels in POINTS for one in channels)
SCORES = f"""
    SELECT customer_id, 100 * points / (points + {HALF_SCORE}) AS engagement
    FROM (
        SELECT customer_id,
               sum(CASE WHEN kind = '{CLICKED}' THEN 3 ELSE CASE channel {_CASES} ELSE 0 END END
                   * 0.5 ^ (extract(epoch FROM %(end)s - occurred_at)::float8 / {HALF_LIFE * 86400})
               ) AS points
        FROM timeline_entry
        WHERE occurred_at >= %(touches_since)s AND occurred_at < %(end)s
          AND (direction = '{Entry.Direction.IN}'
               OR direction = '{Entry.Direction.OUT}' AND channel IN {BOTH_WAYS})
          AND kind NOT LIKE 'order%%' {{only}}
        GROUP BY customer_id
    ) AS touched
    WHERE points > 0
"""
