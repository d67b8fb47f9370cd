"""What the assessor of the cr26 example has verified, validated and summarized so far."""

from fedcheck.demo.story import Assessment

RESULTS: dict[str, Assessment] = {
    "cr26.build.csp:mas-cso-iir": Assessment(
        "june",
        -8,
        verified="satisfied",
        validated="satisfied",
        summary="Compared the scope with the accounts, inventory and diagrams. All agree.",
    ),
    "cr26.build.csp:mas-cso-tpr": Assessment(
        "june",
        -8,
        verified="satisfied",
        validated="satisfied",
        summary="Traced one week of outbound traffic. It reaches only the three documented "
        "resources.",
    ),
    "cr26.build.csp:cmu-cso-cmd": Assessment("ravi", -7, verified="satisfied"),
    "cr26.build.csp:vdr-cso-det": Assessment(
        "ravi",
        -7,
        verified="satisfied",
        validated="satisfied",
        summary="Seeded four known weaknesses in a test account. Each was detected within a day.",
    ),
    "cr26.build.csp:ksi-cmt-lmc": Assessment(
        "ravi",
        -6,
        verified="satisfied",
        validated="satisfied",
        summary="Made two changes by pipeline and one by hand. All three were logged; the one by "
        "hand raised an alert in four minutes.",
    ),
    "cr26.build.csp:ksi-cmt-rmv": Assessment(
        "ravi",
        -6,
        verified="satisfied",
        validated="satisfied",
        summary="Reviewed the access rules and 20 releases. No server was changed in place.",
    ),
    "cr26.build.csp:ksi-cna-rnt": Assessment(
        "june",
        -6,
        verified="satisfied",
        validated="satisfied",
        summary="Tried 12 connections that the rules do not allow. None was established.",
    ),
    "cr26.build.csp:ksi-mla-osm": Assessment(
        "june",
        -5,
        verified="satisfied",
        validated="satisfied",
        summary="Followed 15 events from their source to the SIEM. Deleting one was refused.",
    ),
    "cr26.build.csp:ksi-mla-evc": Assessment("june", -5, verified="satisfied"),
    "cr26.build.csp:ksi-inr-aar": Assessment("june", -4, verified="satisfied"),
    "cr26.build.csp:ksi-svc-sin": Assessment(
        "ravi",
        -4,
        verified="satisfied",
        validated="satisfied",
        summary="Inspected key use of five tenants and captured traffic between services. All of "
        "it was encrypted as documented.",
    ),
    "cr26.build.csp:ksi-iam-snu": Assessment(
        "ravi",
        -3,
        verified="other-than-satisfied",
        validated="other-than-satisfied",
        summary="Listed all service accounts. One of 61, the batch importer, has a static key.",
    ),
    "cr26.build.csp:ksi-rpl-trc": Assessment(
        "june",
        -2,
        verified="satisfied",
        validated="other-than-satisfied",
        summary="Observed the recovery test. The search index was not part of it.",
    ),
}
"""By reference; the overall summary is not written yet."""
