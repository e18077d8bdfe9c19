# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Service Helpdesk: Chat",
    "summary": "Calls from live chats",
    "description": (
        "An operator makes a call of a live chat by /call or a button: what was said is its description, the visitor "
        "its contact, and he is told the number."
    ),
    "version": "19.0.1.0.0",
    "category": "Services/Service",
    "license": "LGPL-3",
    "author": "Service Management founders",
    "depends": ["service_helpdesk", "im_livechat"],
    "data": [
        "views/discuss_channel_views.xml",
        "views/service_call_views.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "service_helpdesk_livechat/static/src/core/**/*",
        ],
        "web.assets_tests": [
            "service_helpdesk_livechat/static/tests/tours/**/*",
        ],
    },
    "auto_install": True,
}
