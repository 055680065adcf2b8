{
    "name": "Direct Messaging",
    "version": "19.0.1.0.0",
    "category": "Healthcare",
    "summary": "Refer patients by Direct secure messaging and know that it arrived",
    "author": "Direct Messaging contributors",
    "license": "LGPL-3",
    "depends": ["base_setup", "mail"],
    "external_dependencies": {
        "python": ["cryptography", "phonenumbers", "python-stdnum", "requests"],
    },
    "data": [],
    "application": True,
    "installable": True,
}
