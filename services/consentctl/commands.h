/* commands.h - one function a command; each stands in a file of its own or with its pair.
 */
#ifndef CONSENT_CTL_COMMANDS_H
#define CONSENT_CTL_COMMANDS_H

#include "ctl.h"

int ready_run(struct ctl *ctl);
int migrate_run(struct ctl *ctl);
int register_apply_run(struct ctl *ctl);
int register_show_run(struct ctl *ctl);
int feed_create_run(struct ctl *ctl);
int feed_reset_run(struct ctl *ctl);
int feed_gaps_run(struct ctl *ctl);
int feed_acknowledge_run(struct ctl *ctl);
int list_create_run(struct ctl *ctl);
int decide_run(struct ctl *ctl);
int trace_run(struct ctl *ctl);
int evidence_run(struct ctl *ctl);
int record_run(struct ctl *ctl);
int export_run(struct ctl *ctl);
int agreement_show_run(struct ctl *ctl);
int agreement_end_run(struct ctl *ctl);
int agreement_terminate_run(struct ctl *ctl);
int agreement_breach_run(struct ctl *ctl);
int report_late_run(struct ctl *ctl);
int report_quality_run(struct ctl *ctl);
int whatif_run(struct ctl *ctl);
int quarantine_list_run(struct ctl *ctl);
int quarantine_show_run(struct ctl *ctl);
int quarantine_replay_run(struct ctl *ctl);
int quarantine_discard_run(struct ctl *ctl);
int event_check_run(struct ctl *ctl);
int import_run(struct ctl *ctl);
int list_diff_run(struct ctl *ctl);
int list_show_run(struct ctl *ctl);
int list_snapshot_run(struct ctl *ctl);
int list_verify_run(struct ctl *ctl);
int list_scrub_run(struct ctl *ctl);
int list_filter_run(struct ctl *ctl);
int rebuild_run(struct ctl *ctl);
int rekey_run(struct ctl *ctl);
int archive_run(struct ctl *ctl);
int archive_list_run(struct ctl *ctl);
int archive_check_run(struct ctl *ctl);
int archive_find_run(struct ctl *ctl);
int archive_show_run(struct ctl *ctl);
int reseal_run(struct ctl *ctl);
int restored_run(struct ctl *ctl);
int proof_key_run(struct ctl *ctl);
int proof_event_run(struct ctl *ctl);
int proof_list_run(struct ctl *ctl);
int proof_audit_run(struct ctl *ctl);
int proof_growth_run(struct ctl *ctl);
int proof_entries_run(struct ctl *ctl);
int proof_tiles_run(struct ctl *ctl);
int doctor_run(struct ctl *ctl);
int rights_list_run(struct ctl *ctl);
int rights_show_run(struct ctl *ctl);
int rights_read_run(struct ctl *ctl);
int rights_extend_run(struct ctl *ctl);
int rights_complete_run(struct ctl *ctl);
int rights_refuse_run(struct ctl *ctl);
int retention_due_run(struct ctl *ctl);
int retention_run_run(struct ctl *ctl);
int hold_add_run(struct ctl *ctl);
int hold_list_run(struct ctl *ctl);
int deletion_list_run(struct ctl *ctl);
int deletion_done_run(struct ctl *ctl);
int hold_lift_run(struct ctl *ctl);
int erase_run(struct ctl *ctl);
int token_create_run(struct ctl *ctl);
int token_activate_run(struct ctl *ctl);
int token_list_run(struct ctl *ctl);
int token_revoke_run(struct ctl *ctl);
int webhook_list_run(struct ctl *ctl);
int webhook_resume_run(struct ctl *ctl);
int key_link_run(struct ctl *ctl);
int key_recipient_run(struct ctl *ctl);
int key_contact_run(struct ctl *ctl);
int key_seal_run(struct ctl *ctl);
int link_create_run(struct ctl *ctl);
int link_show_run(struct ctl *ctl);
int link_revoke_run(struct ctl *ctl);
int optout_record_run(struct ctl *ctl);
int consent_record_run(struct ctl *ctl);
int withdraw_record_run(struct ctl *ctl);
int completion_run(struct ctl *ctl);

/* --- the tables, by subject --- */

/* whom a command is about */
// clang-format off
#define WHO_OPTIONS                                                                        \
    {"email", "ADDRESS", "whom: an e-mail address; -: read from standard input"},          \
    {"phone", "NUMBER", "whom: a telephone number; -: read from standard input"},          \
    {"country", "CC", "whose plan the number follows, when it has no +"}
// clang-format on

extern const struct ctl_option no_options[];
extern const struct command feed_commands[];
extern const struct command list_commands[];
extern const struct command agreement_commands[];
extern const struct command report_commands[];
extern const struct command quarantine_commands[];
extern const struct command optout_commands[];
extern const struct command consent_commands[];
extern const struct command withdraw_commands[];
extern const struct command rights_commands[];
extern const struct command deletion_commands[];
extern const struct command retention_commands[];
extern const struct command token_commands[];
extern const struct command webhook_commands[];
extern const struct command key_commands[];
extern const struct command link_commands[];
extern const struct command proof_commands[];

#endif
