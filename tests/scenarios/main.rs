//! Scenarios on the real wasm; file names are claims.

mod a_block_is_final_only_by_a_later_quorum;
mod a_vote_with_anything_changed_is_refused;
mod absent_fps_are_jailed_and_return;
mod commitments_count_only_after_a_later_timestamp;
mod evidence_waits_for_a_channel;
mod finality_resumes_only_within_limits;
mod lost_hooks_do_not_stop_finality;
mod no_bytes_wedge_the_channel;
mod only_the_right_hands_govern;
mod only_work_moves_bitcoin;
mod readme;
mod stake_ends_by_the_highest_tip;
mod support;
mod the_active_set_never_exceeds_its_maximum;
mod the_daemon_survives;
mod the_door_opens_only_for_babylon;
mod two_virtual_machines_agree;
mod two_votes_at_one_height_cost_the_key;
mod votes_have_exact_error_texts;
