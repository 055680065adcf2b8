{
    "name": "Direct Messaging: Clinical Note",
    "version": "19.0.1.0.0",
    "category": "Healthcare",
    "summary": "A plain clinical note to refer patients from, for practices without an EHR in Odoo",
    "author": "Direct Messaging contributors",
    "license": "LGPL-3",
    "depends": ["direct_messaging"],
    "data": [
        "security/ir.model.access.csv",
        "security/rules.xml",
        "data/sequences.xml",
        "report/clinical_note.xml",
        "views/direct_clinical_note_views.xml",
        "views/menus.xml",
    ],
    "demo": ["demo/demo.xml"],
    "assets": {
        "web.assets_backend": ["direct_messaging_note/static/src/**/*"],
    },
    "installable": True,
}
