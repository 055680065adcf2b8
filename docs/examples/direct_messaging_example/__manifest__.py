{
    "name": "Direct Messaging Example: a Visit of Another EHR",
    "version": "19.0.1.0.0",
    "category": "Healthcare",
    "summary": "How an EHR's own note model gets Send Referral By",
    "author": "Direct Messaging contributors",
    "license": "LGPL-3",
    "depends": ["direct_messaging"],
    "data": ["security/ir.model.access.csv", "views/example_visit_views.xml"],
    "installable": True,
}
