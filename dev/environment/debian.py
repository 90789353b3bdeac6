"""Debian packages, unpacked into a folder."""

from pathlib import Path

from .programs import need, run, stop


def apt_sources():
    """The machine's own (site, release) pairs; the security archive last, as it holds only a part of a release."""
    listing = run([need("apt-get"), "indextargets", "--format", "$(SITE) $(RELEASE)", "Created-By: Packages"])
    pairs = dict.fromkeys(tuple(line.split()) for line in listing.splitlines())
    return sorted(pairs, key=lambda pair: "security" in " ".join(pair))


def apt(folder, sources, *arguments, **options):
    """Run apt-get with a package list of its own in ``folder``, leaving the machine's alone."""
    (folder / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (folder / "cache" / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    (folder / "sources.list").write_text("".join(f"{source}\n" for source in sources))
    settings = {
        "Dir::Etc::SourceList": folder / "sources.list",
        "Dir::Etc::SourceParts": "-",
        "Dir::State::Lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "Debug::NoLocking": "1",
    }
    flags = [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]
    return run([need("apt-get"), *flags, *arguments], **options)


def unpack(packages, root):
    """Unpack Debian packages into ``root``."""
    for package in sorted(packages):
        run([need("dpkg"), "-x", package, root])


def debian_keyring():
    """Debian's archive keys, by which apt checks what it downloads."""
    for name in ("debian-archive-keyring.gpg", "debian-archive-keyring.pgp"):
        if (path := Path("/usr/share/keyrings", name)).exists():
            return path
    return stop("Odoo 19 comes from Debian and its archive keys are not on this machine; set ODOO_PATH to an Odoo 19.")
