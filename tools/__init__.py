# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What `./service` calls: one small file per job, Python standard library only."""
