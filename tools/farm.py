# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The addons farm `.odoo/addons`: a link per module, and the umbrella put together from the root's parts.

A module's technical name is its directory's name, so the root cannot be on Odoo's path itself.
"""

from . import paths
from .progress import locked


def ensure():
    """Make the links what the checkout is now."""
    modules = [*paths.chain_modules(), *paths.link_modules()]
    wanted = {paths.FARM / name: paths.ROOT / "addons" / name for name in modules}
    if paths.has_umbrella():
        folder = paths.FARM / paths.UMBRELLA
        wanted |= {folder / part: paths.ROOT / part for part in paths.UMBRELLA_PARTS if (paths.ROOT / part).exists()}
    with locked("farm"):
        paths.FARM.mkdir(parents=True, exist_ok=True)
        remove_others(wanted)
        for link, target in wanted.items():
            if not link.is_symlink():
                link.parent.mkdir(exist_ok=True)
                link.symlink_to(target)


def remove_others(wanted):
    """Remove the links that are not wanted any more or lead elsewhere."""
    for link in [*paths.FARM.glob("*"), *paths.FARM.glob(f"{paths.UMBRELLA}/*")]:
        if link.is_symlink() and (link not in wanted or link.readlink() != wanted[link]):
            link.unlink()


def in_farm(path):
    """Return where a file of the suite is in the farm, which tells Odoo its module.

    :param path: path of a file or directory of the checkout, absolute or below the root
    """
    inside = (paths.ROOT / path).relative_to(paths.ROOT)
    parts = inside.parts
    if parts[:1] == ("addons",):
        return paths.FARM.joinpath(*parts[1:])
    if parts and parts[0] in paths.UMBRELLA_PARTS:
        return paths.FARM / paths.UMBRELLA / inside
    return paths.ROOT / inside
