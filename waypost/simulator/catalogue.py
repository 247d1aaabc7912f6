"""Meta's error codes: title, HTTP status and the usual details of each. What is not listed counts as code 1."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    title: str
    http: int = 400
    details: str = ""


CODES: dict[int, Known] = {
    0: Known("AuthException", 401),
    1: Known("An unknown error occurred", 500),
    2: Known("Service temporarily unavailable", 503),
    3: Known("Application does not have the capability to make this API call.", 500),
    4: Known("Application request limit reached"),
    10: Known("Application does not have permission for this action", 403),
    100: Known("Invalid parameter"),
    190: Known("Invalid OAuth access token - Cannot parse access token", 401),
    200: Known("Permissions error", 403),
    368: Known("Temporarily blocked for policies violations", 403),
    2200: Known("Callback verification failed"),
    2500: Known("Unknown path components"),
    80007: Known("Rate limit issues", 400, "The WhatsApp Business Account has reached its rate limit."),
    130429: Known("Rate limit hit", 400, "Cloud API message throughput has been reached."),
    130472: Known("User's number is part of an experiment", 400, "Message was not sent as part of an experiment."),
    130497: Known("Business account is restricted from messaging users in this country.", 403),
    131000: Known("Something went wrong", 500, "The message could not be sent due to an unknown error."),
    131005: Known("Access denied", 403),
    131008: Known("Required parameter is missing"),
    131009: Known("Parameter value is not valid"),
    131016: Known("Service unavailable", 500, "A service is temporarily unavailable."),
    131021: Known("Recipient cannot be sender", 400, "Sender and recipient phone number is the same."),
    131026: Known("Message undeliverable", 400, "Message Undeliverable."),
    131030: Known(
        "Recipient phone number not in allowed list",
        400,
        "Recipient phone number not in allowed list: Add recipient phone number to recipient list and try again.",
    ),
    131031: Known("Account has been locked", 403, "The account is restricted or disabled."),
    131042: Known("Business eligibility payment issue", 400, "There was a problem with the payment method."),
    131045: Known("Incorrect certificate", 500),
    131047: Known(
        "Re-engagement message",
        400,
        "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
    ),
    131048: Known("Spam rate limit hit", 400, "There are restrictions on how many messages this number can send."),
    131049: Known("Message was not delivered to maintain healthy ecosystem engagement."),
    131050: Known("User has stopped marketing messages from this business."),
    131051: Known("Unsupported message type", 400, "Message type is not currently supported."),
    131053: Known("Media upload error", 400, "The media could not be downloaded or is of an unsupported type."),
    131056: Known(
        "(Business Account, Consumer Account) pair rate limit hit",
        400,
        "Message failed to send because there were too many messages sent from this phone number"
        " to the same phone number in a short period of time.",
    ),
    131057: Known("Account in maintenance mode", 500),
    131059: Known("Invalid paging cursor"),
    131062: Known(
        "Business-scoped User ID (BSUID) recipients are not supported for this message",
        400,
        "Authentication templates need the recipient's phone number.",
    ),
    132000: Known("Number of parameters does not match the expected number of params"),
    132001: Known("Template name does not exist in the translation", 404),
    132005: Known("Translated text too long"),
    132012: Known("Parameter format does not match format in the created template"),
    132015: Known("Template is paused"),
    132016: Known("Template is disabled"),
    132018: Known("There's an issue with the parameters in your template"),
    133000: Known("Incomplete deregistration", 500),
    133004: Known("Server temporarily unavailable", 503),
    133005: Known("Two step verification PIN mismatch", 400, "The two-step verification PIN is not correct."),
    133006: Known("Phone number re-verification needed", 400, "Verify the phone number before registering it."),
    133008: Known("Too many two step verification PIN guesses"),
    133009: Known("Two step verification PIN guessed too fast"),
    133010: Known("Account not registered"),
    133015: Known("Phone number was recently deleted, please wait a while before trying again."),
    133016: Known("Account register / deregister rate limit exceeded", 400, "Ten times in 72 hours is the limit."),
    2388019: Known("Message template limit exceeded", 400, "This account has as many templates as it may have."),
    2388039: Known("Template cannot be edited"),
    2593107: Known("Synchronization request limit exceeded", 400, "This data has been asked for already."),
    2593108: Known(
        "Synchronization request made outside of the allowed time window",
        400,
        "It must be asked for within 24 hours after the number was connected.",
    ),
}

_UNLISTED = Known("An unknown error occurred")


def known(code: int) -> Known:
    return CODES.get(code, _UNLISTED)


def title_of(code: int) -> tuple[str, str]:
    entry = known(code)
    return entry.title, entry.details or entry.title
