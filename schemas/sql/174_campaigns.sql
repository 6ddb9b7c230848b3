-- 174: opt-outs by list and campaign, for the console's figures: the messages that most people
-- answered with a no. No name: event_said has none.
CREATE VIEW v_campaign AS
SELECT l.known, l.source,
       coalesce(s.said->>'list_id', '') AS list, coalesce(s.said->>'message_id', '') AS message
  FROM event_said s JOIN ledger l USING (ledger_id)
 WHERE l.type IN (3 /*consent_withdrawn*/, 4 /*optout_recorded*/, 5 /*objection_recorded*/)
   AND l.flags & 32 /*sandbox*/ = 0
   AND (s.said ? 'list_id' OR s.said ? 'message_id');
GRANT SELECT ON v_campaign TO consent_lookup;
