"""Who may open what: every address of the site as a table, for `tests/test_urls.py` to compare with the site."""

from __future__ import annotations

# The kinds of people, in the order of the table's columns.
KINDS = ("anonymous", "ada", "alva", "per", "opal", "hedda", "sigrid")
# What an answer says: fine, to the sign-in, somewhere else, refused with a reason, there is no such page, wrong method.
OK, SIGN_IN, ELSEWHERE, NO, NOTHING, METHOD = "ok", "sign-in", "elsewhere", "no", "404", "405"
Answers = tuple[str, ...]  # one for each of KINDS


def all_but_anonymous(answer: str) -> Answers:
    """Anonymous people go to the sign-in, everybody else gets this."""
    return (SIGN_IN, *[answer] * 6)


def for_hub(answer: str) -> Answers:
    """Hub staff and the operator get this; nobody else can tell that there is anything."""
    return (SIGN_IN, *[NOTHING] * 4, answer, answer)


def for_staff(answer: str) -> Answers:
    """Whoever acts for a provider, hub staff and the operator get this."""
    return (SIGN_IN, NOTHING, NOTHING, *[answer] * 4)


EVERYBODY = (OK,) * 7
WRONG_METHOD = (METHOD,) * 7
MOVED = (ELSEWHERE,) * 7
VISITORS = (OK, *[ELSEWHERE] * 6)  # signing in and up: whoever is signed in is led away
OPERATOR = (SIGN_IN, *[NOTHING] * 5, OK)
HIDDEN = all_but_anonymous(NOTHING)
SEES = (SIGN_IN, OK, NOTHING, OK, NOTHING, OK, OK)  # applicant, the dataset's provider, hub staff
DECIDES = (SIGN_IN, NOTHING, NOTHING, OK, NOTHING, OK, OK)
HANDLES = (SIGN_IN, NOTHING, NOTHING, NO, NOTHING, OK, OK)  # a form for hub staff, refused to providers
ASKS = (SIGN_IN, OK, NOTHING, NO, NOTHING, NO, NO)
ASKED = (SIGN_IN, ELSEWHERE, NOTHING, NO, NOTHING, NO, NO)
NOT_NOW = (SIGN_IN, NO, NOTHING, NO, NOTHING, NO, NO)  # the request is in review: there is nothing to edit

COPIES = (SIGN_IN, OK, NOTHING, OK, NOTHING, ELSEWHERE, ELSEWHERE)  # hub staff are led to where they choose a version
ATTACHES = (SIGN_IN, ELSEWHERE, NOTHING, ELSEWHERE, NOTHING, ELSEWHERE, ELSEWHERE)  # and back to the files
HUB_READS = (SIGN_IN, NOTHING, NOTHING, METHOD, METHOD, METHOD, METHOD)  # the method is looked at before the person

# What GET and POST answer to each kind of person; Ada's request for BRGANDI is in review.
TABLE: dict[str, tuple[Answers, Answers]] = {
    "healthz": (EVERYBODY, WRONG_METHOD),
    "readyz": (("503",) * 7, WRONG_METHOD),  # neither clock nor broker runs here
    # Whoever has a password is asked for it before their data leave, or go.
    "pages:my_data": (all_but_anonymous(OK), all_but_anonymous(ELSEWHERE)),
    "pages:erase": (all_but_anonymous(OK), all_but_anonymous(ELSEWHERE)),
    "pages:*": (EVERYBODY, WRONG_METHOD),
    "datasets:list": (EVERYBODY, WRONG_METHOD),
    "datasets:landing": (EVERYBODY, WRONG_METHOD),
    "datasets:export": (EVERYBODY, WRONG_METHOD),
    "datasets:metadata": (EVERYBODY, WRONG_METHOD),
    "datasets:catalogue": (EVERYBODY, WRONG_METHOD),
    "datasets:feed": (EVERYBODY, WRONG_METHOD),
    "access_requests:start": (EVERYBODY, all_but_anonymous(ELSEWHERE)),
    "access_requests:mine": (all_but_anonymous(OK), WRONG_METHOD),
    "access_requests:detail": (SEES, WRONG_METHOD),
    "access_requests:messages": (WRONG_METHOD, SEES),  # without words: the page again, with what is missing
    "access_requests:edit": (NOT_NOW, WRONG_METHOD),
    "access_requests:edit_step": (NOT_NOW, NOT_NOW),
    "access_requests:more": (NOT_NOW, NOT_NOW),
    "access_requests:withdraw": (ASKS, ASKED),
    "access_requests:discard": (NOT_NOW, NOT_NOW),
    "access_requests:accept": (ASKS, ASKED),
    "access_requests:copy": (COPIES, WRONG_METHOD),
    "access_requests:files": (SEES, ATTACHES),
    "access_requests:file": (SEES, WRONG_METHOD),
    "access_requests:remove_file": (NOT_NOW, NOT_NOW),
    # Nobody has access yet, so there is nothing to show, to end, to renew or to confirm; who it is not for reads so.
    "access_requests:secret": (NOT_NOW, NOT_NOW),
    "access_requests:leave": (NOT_NOW, NOT_NOW),
    "access_requests:renew": (NOT_NOW, NOT_NOW),
    "access_requests:deletion": (NOT_NOW, NOT_NOW),
    # Only whom the request names confirms; only the applicant names members, and not while it is in review.
    "access_requests:part": (NOT_NOW, NOT_NOW),
    "access_requests:people": (NOT_NOW, NOT_NOW),
    "access_requests:part_invitation": (EVERYBODY, all_but_anonymous(ELSEWHERE)),
    "accounts:invitation": (EVERYBODY, all_but_anonymous(ELSEWHERE)),
    "accounts:profile": (all_but_anonymous(OK), all_but_anonymous(ELSEWHERE)),
    # For this person nothing is to be set up or confirmed, so they are led on.
    "accounts:second_factor": (all_but_anonymous(ELSEWHERE), all_but_anonymous(METHOD)),
    "accounts:sitting": (all_but_anonymous(ELSEWHERE), all_but_anonymous(ELSEWHERE)),
    # Whoever has a password is asked for that instead.
    "accounts:again_by_mail": (all_but_anonymous(ELSEWHERE), all_but_anonymous(ELSEWHERE)),
    "accounts:end_session": (all_but_anonymous(METHOD), all_but_anonymous(ELSEWHERE)),
    "account_login": (VISITORS, VISITORS),
    "account_signup": (VISITORS, VISITORS),
    "account_request_login_code": (VISITORS, VISITORS),
    "account_confirm_login_code": (all_but_anonymous(ELSEWHERE), all_but_anonymous(ELSEWHERE)),
    "account_email_verification_sent": (all_but_anonymous(ELSEWHERE), all_but_anonymous(ELSEWHERE)),
    "account_reset_password": (EVERYBODY, EVERYBODY),
    "account_confirm_password_reset_code": ((SIGN_IN,) * 7, (SIGN_IN,) * 7),
    "account_complete_password_reset": (MOVED, MOVED),
    "account_password_reset_completed": (EVERYBODY, WRONG_METHOD),
    "account_inactive": (EVERYBODY, WRONG_METHOD),
    "account_logout": ((ELSEWHERE, *[OK] * 6), MOVED),
    "account_email": (all_but_anonymous(OK), all_but_anonymous(ELSEWHERE)),
    "account_change_password": (all_but_anonymous(OK), all_but_anonymous(OK)),
    "account_set_password": (all_but_anonymous(ELSEWHERE), all_but_anonymous(ELSEWHERE)),
    "account_reauthenticate": (all_but_anonymous(OK), all_but_anonymous(OK)),
    "usersessions_list": (all_but_anonymous(OK), all_but_anonymous(ELSEWHERE)),
    "mfa_index": (all_but_anonymous(OK), all_but_anonymous(METHOD)),
    "mfa_activate_totp": (all_but_anonymous(ELSEWHERE), all_but_anonymous(ELSEWHERE)),
    "mfa_authenticate": (all_but_anonymous(ELSEWHERE), all_but_anonymous(ELSEWHERE)),
    "mfa_reauthenticate": (all_but_anonymous(ELSEWHERE), all_but_anonymous(ELSEWHERE)),
    "mfa_deactivate_totp": (HIDDEN, HIDDEN),
    "mfa_view_recovery_codes": (HIDDEN, all_but_anonymous(METHOD)),
    "mfa_generate_recovery_codes": (all_but_anonymous(ELSEWHERE), all_but_anonymous(ELSEWHERE)),
    "mfa_download_recovery_codes": (HIDDEN, HIDDEN),
    "socialaccount_login_cancelled": (EVERYBODY, WRONG_METHOD),
    "socialaccount_login_error": (("401",) * 7, WRONG_METHOD),
    "socialaccount_signup": ((SIGN_IN,) * 7, (SIGN_IN,) * 7),
    "socialaccount_connections": (all_but_anonymous(OK), all_but_anonymous(OK)),
    "openid_connect_*": ((NOTHING,) * 7, (NOTHING,) * 7),  # no service of this name is configured
    "admin:index": (for_staff(OK), for_staff(OK)),
    "admin:login": (for_staff(ELSEWHERE), for_staff(ELSEWHERE)),
    "admin:logout": ((ELSEWHERE, *for_staff(METHOD)[1:]), (ELSEWHERE, *for_staff(ELSEWHERE)[1:])),
    "admin:password_change": (for_staff(ELSEWHERE), for_staff(ELSEWHERE)),
    "admin:password_change_done": (HIDDEN, HIDDEN),
    "admin:jsi18n": (for_staff(OK), for_staff(METHOD)),
    "admin:autocomplete": (HIDDEN, for_hub(METHOD)),
    "admin:view_on_site": (for_hub(ELSEWHERE), for_hub(ELSEWHERE)),
    "admin:app_list": (for_staff(OK), for_staff(OK)),
    "admin:access_requests_accessrequest_changelist": (for_staff(OK), for_staff(OK)),
    "admin:access_requests_accessrequest_who": (for_staff(OK), for_staff(METHOD)),
    "admin:access_requests_accessrequest_who_csv": (for_staff(OK), for_staff(METHOD)),
    "admin:access_requests_accessrequest_write": (for_hub(OK), for_hub(OK)),
    "admin:access_requests_accessrequest_several": (HIDDEN, HIDDEN),  # without requests there is nothing to show
    "admin:access_requests_accessrequest_change": (DECIDES, for_staff(METHOD)),
    "admin:access_requests_accessrequest_message": (for_staff(METHOD), DECIDES),
    "admin:access_requests_accessrequest_note": (for_staff(METHOD), DECIDES),
    "admin:access_requests_accessrequest_comment": (DECIDES, DECIDES),
    # Hub staff have no vote of their own here: they are led to where a vote that came by mail is recorded.
    "admin:access_requests_accessrequest_step": (
        (SIGN_IN, NOTHING, NOTHING, OK, NOTHING, ELSEWHERE, ELSEWHERE),
        (SIGN_IN, NOTHING, NOTHING, ELSEWHERE, NOTHING, ELSEWHERE, ELSEWHERE),
    ),
    "admin:access_requests_accessrequest_redact": (
        (SIGN_IN, NOTHING, NOTHING, NO, NOTHING, OK, OK),
        (SIGN_IN, NOTHING, NOTHING, NO, NOTHING, OK, OK),  # without a reason it is asked for again
    ),
    "admin:access_requests_accessrequest_assign": (
        all_but_anonymous(METHOD)[:1] + (NOTHING,) * 2 + (METHOD,) * 4,
        (SIGN_IN, NOTHING, NOTHING, NO, NOTHING, ELSEWHERE, ELSEWHERE),
    ),
    "admin:access_requests_accessrequest_waiting": (for_hub(OK), HUB_READS),
    "admin:access_requests_accessrequest_export": (for_staff(OK), for_staff(METHOD)),
    "admin:access_requests_account_acts": (for_hub(OK), HUB_READS),
    "admin:access_requests_account_close": (for_hub(OK), for_hub(OK)),  # without a reason the page comes back
    "admin:access_requests_accessrequest_people": (HANDLES, HANDLES),
    "admin:access_requests_accessrequest_person": (HANDLES, HANDLES),
    "admin:access_requests_accessrequest_paper": (for_hub(OK), for_hub(OK)),  # of nothing chosen nothing is made
    "admin:access_requests_accessrequest_redact_text": (for_hub(OK), for_hub(OK)),  # without a reason it is asked for
    "admin:accounts_user_change": (for_hub(OK), OPERATOR),
    "admin:accounts_invitation_add": (for_hub(OK), for_hub(OK)),
    "admin:access_requests_personflag_add": (for_hub(OK), for_hub(OK)),
    "admin:access_requests_personflag_lift": (for_hub(OK), for_hub(ELSEWHERE)),
    "admin:access_requests_policy_add": (for_hub(OK), for_hub(OK)),
    "admin:access_requests_policy_change": (for_hub(OK), for_hub(OK)),
    "admin:access_requests_form_changelist": (for_hub(OK), for_hub(METHOD)),
    "admin:access_requests_form_add": (for_hub(OK), for_hub(OK)),
    "admin:access_requests_form_change": (for_hub(OK), for_hub(METHOD)),
    "admin:access_requests_form_discard": (for_hub(OK), for_hub(ELSEWHERE)),
    "admin:access_requests_form_publish": (for_hub(OK), for_hub(ELSEWHERE)),
    "admin:access_requests_form_preview": (for_hub(OK), for_hub(OK)),
    "admin:access_requests_form_question_add": (for_hub(OK), for_hub(OK)),
    "admin:access_requests_form_question": (for_hub(OK), for_hub(OK)),
    "admin:access_requests_form_question_move": (for_hub(METHOD), for_hub(ELSEWHERE)),
    "admin:access_requests_form_question_remove": (for_hub(OK), for_hub(ELSEWHERE)),
    "admin:access_requests_cannedtext_add": (for_hub(OK), for_hub(OK)),
    "admin:access_requests_cannedtext_change": (for_hub(OK), for_hub(OK)),
    "admin:access_requests_cannedtext_delete": (for_hub(OK), for_hub(OK)),
    "admin:datasets_dataset_change": (for_hub(OK), for_hub(OK)),
    "admin:datasets_dataset_findings": (for_hub(OK), for_hub(OK)),
    # The rest of the admin: hub staff read; nobody adds, changes or deletes.
    "admin:*_changelist": (for_hub(OK), for_hub(OK)),
    "admin:*_history": (for_hub(OK), for_hub(OK)),
    "admin:*_change": (for_hub(OK), HIDDEN),
    "admin:*_add": (HIDDEN, HIDDEN),
    "admin:*_delete": (HIDDEN, HIDDEN),
}
