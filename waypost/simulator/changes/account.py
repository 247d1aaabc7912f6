"""Fields about the account, its numbers and its people: the value for each event, as Meta words it.

A table of plain values; `$…` stands for something of the phone in question (changes.placeholders).
"""

from typing import Any

Value = dict[str, Any]

_WABA_INFO = {"waba_id": "$waba", "owner_business_id": "$business"}
_APP_INFO = {**_WABA_INFO, "partner_app_id": "$app"}
_SOLUTION = {"solution_id": "171512061924", "solution_partner_business_ids": ["$business", "520744086200222"]}

#: What concerns the relation of a business and a partner is told under the business's id.
OF_BUSINESS = frozenset(
    {"PARTNER_ADDED", "PARTNER_REMOVED", "PARTNER_APP_INSTALLED", "PARTNER_APP_UNINSTALLED", "AD_ACCOUNT_LINKED"}
    | {"MM_LITE_TERMS_SIGNED", "SOLUTION_CREATED"}
)

_ACCOUNT_UPDATE: dict[str, Value] = {
    "DISABLED_UPDATE": {"ban_info": {"waba_ban_state": "DISABLE", "waba_ban_date": "April 17, 2026"}},
    "ACCOUNT_DELETED": {},
    "ACCOUNT_RESTRICTION": {
        "restriction_info": [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": "$later"}]
    },
    "ACCOUNT_VIOLATION": {"violation_info": {"violation_type": "SCAM"}},
    "AD_ACCOUNT_LINKED": {"waba_info": {**_WABA_INFO, "ad_account_linked": "980198427534243"}},
    "MM_LITE_TERMS_SIGNED": {"waba_info": _WABA_INFO},
    "PARTNER_ADDED": {"waba_info": {**_WABA_INFO, **_SOLUTION}},
    "PARTNER_REMOVED": {"waba_info": _WABA_INFO},
    "PARTNER_APP_INSTALLED": {"waba_info": {**_APP_INFO, **_SOLUTION}},
    "PARTNER_APP_UNINSTALLED": {"waba_info": _APP_INFO},
    "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE": {
        "partner_client_certification_info": {
            "client_business_id": "$business",
            "status": "APPROVED",
            "rejection_reasons": ["NONE"],
        }
    },
    "ACCOUNT_OFFBOARDED": {},
    "ACCOUNT_RECONNECTED": {},
    "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE": {
        "auth_international_rate_eligibility": {
            "exception_countries": [{"country_code": "ID", "start_time": "$later"}],
            "start_time": "$now",
        }
    },
    "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE": {"country": "$country"},
    "VOLUME_BASED_PRICING_TIER_UPDATE": {
        "volume_tier_info": {
            "tier_update_time": "$now",
            "pricing_category": "UTILITY",
            "tier": "25000001:50000000",
            "effective_month": "2026-11",
            "region": "India",
        }
    },
    "VERIFIED_ACCOUNT": {},
    "PHONE_NUMBER_ADDED": {"phone_number": "$digits"},
    "PHONE_NUMBER_REMOVED": {"phone_number": "$digits"},
}

_QUALITY_LIMIT = {"max_daily_conversations_per_business": "TIER_2K"}

#: Field to its events, the usual one first; a field without events has the one that is named "".
FIELDS: dict[str, dict[str, Value]] = {
    "account_update": {event: {"event": event, **more} for event, more in _ACCOUNT_UPDATE.items()},
    "account_alerts": {
        kind: {
            "entity_type": "BUSINESS",
            "entity_id": "$business",
            "alert_info": {
                "alert_severity": severity,
                "alert_status": "ACTIVE",
                "alert_type": kind,
                "alert_description": f"Simulated: {kind.lower().replace('_', ' ')}.",
            },
        }
        for kind, severity in (
            ("INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED", "WARNING"),
            ("INCREASED_CAPABILITIES_ELIGIBILITY_FAILED", "CRITICAL"),
            ("INCREASED_CAPABILITIES_ELIGIBILITY_NEED_MORE_INFO", "WARNING"),
            ("OBA_APPROVED", "INFORMATIONAL"),
            ("OBA_REJECTED", "WARNING"),
            ("PROFILE_PICTURE_LOST", "WARNING"),
        )
    },
    "account_review_update": {
        decision: {"decision": decision} for decision in ("APPROVED", "REJECTED", "PENDING", "DEFERRED")
    },
    "account_settings_update": {
        "": {
            "messaging_product": "whatsapp",
            "timestamp": "$now",
            "type": "phone_number_settings",
            "phone_number_settings": {"phone_number_id": "$phone", "calling": {"status": "ENABLED"}},
        }
    },
    "business_capability_update": {
        "": {"max_daily_conversations_per_business": 2000, "max_phone_numbers_per_waba": 25}
    },
    "business_username_update": {
        status: {"display_phone_number": "$digits", "username": "corner.bakery", "status": status}
        for status in ("approved", "reserved", "deleted")
    },
    "phone_number_name_update": {
        decision: {
            "display_phone_number": "$digits",
            "decision": decision,
            "requested_verified_name": "$name",
            "rejection_reason": "NAME_NOT_CONSISTENT" if decision == "REJECTED" else None,
        }
        for decision in ("APPROVED", "REJECTED", "DEFERRED")
    },
    "phone_number_quality_update": {
        event: {"display_phone_number": "$digits", "event": event, **_QUALITY_LIMIT}
        for event in ("THROUGHPUT_UPGRADE", "ONBOARDING", "UPGRADE", "DOWNGRADE", "FLAGGED", "UNFLAGGED")
    },
    "security": {
        event: {"display_phone_number": "$digits", "event": event, **more}
        for event, more in (
            ("PIN_CHANGED", {}),
            ("PIN_RESET_REQUEST", {"requester": "61555822107539"}),
            ("PIN_REQUEST_SUCCESS", {}),
        )
    },
    "flows": {
        "FLOW_STATUS_CHANGE": {
            "event": "FLOW_STATUS_CHANGE",
            "message": "Flow changed status from DRAFT to PUBLISHED",
            "flow_id": "6627390910605886",
            "old_status": "DRAFT",
            "new_status": "PUBLISHED",
        }
    },
    "partner_solutions": {
        "SOLUTION_CREATED": {
            "event": "SOLUTION_CREATED",
            "solution_id": "171512061924",
            "solution_status": "INITIATED",
        }
    },
    "payment_configuration_update": {
        "": {
            "configuration_name": "default",
            "provider_name": "razorpay",
            "provider_mid": "acc_1",
            "status": "Needs Testing",
            "created_timestamp": "$now",
            "updated_timestamp": "$now",
        }
    },
}
