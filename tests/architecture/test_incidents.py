"""Every incident that we answer for has its test, under the name by which reviews know it."""

import ast
from collections import Counter
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
INCIDENTS = """
test_private_memory_never_enters_a_channel
test_recall_ignores_other_persons
test_two_dms_are_two_lanes
test_reply_survives_model_fallback_to_the_right_person
test_stop_works_while_a_long_turn_runs
test_confirmation_rule_survives_summarising
test_forged_from_is_a_stranger
test_allow_once_runs_once
test_approval_closes_on_every_surface
test_second_approval_in_a_turn_is_kept
test_work_stops_after_timeout
test_timeout_is_not_a_no
test_question_waits_for_days
test_lost_answer_does_not_double_the_post
test_restart_keeps_queued_events
test_message_during_a_turn_is_answered
test_delivered_means_accepted
test_mention_and_message_in_any_order_is_one_turn
test_own_edit_starts_no_turn
test_first_delivery_crash_then_retry_is_answered
test_link_code_is_taken_once
test_no_default_person
test_members_of_a_workspace_are_not_the_owner
test_forgotten_stays_forgotten
test_split_restores_both_persons
test_pasted_text_is_not_a_trait
test_prompt_is_never_memory
test_nicknames_make_no_second_person
test_tainted_turn_does_not_drop_memory
test_idle_day_costs_no_model_call
test_hard_budget_stops_before_the_call
test_logs_hold_no_token_or_signed_url
test_autoreplies_stop
test_foreign_link_or_origin_gets_no_token
""".split()


@pytest.fixture(scope="module")
def defined() -> Counter[str]:
    """How often each test function stands in the stories, which run on both families."""
    trees = [ast.parse(path.read_text()) for path in (TESTS / "stories").glob("test_*.py")]
    return Counter(
        node.name for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)
    )


@pytest.mark.parametrize("name", INCIDENTS)
def test_an_incident_has_its_test(defined: Counter[str], name: str) -> None:
    assert defined[name] == 1
