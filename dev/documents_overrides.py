"""Which methods of Odoo's own models the addon extends, and why, for doc/developers.md."""

import ast


def overrides_table(checkout, _words, _taken):
    """Return a table of the methods, read off the source: each calls the one it extends by ``super()``."""
    rows = sorted(core_overrides(checkout))
    lines = [f"| `{model}` | `{method}` | {why} | {file} |" for model, method, why, file in rows]
    return "\n".join(["| model | method | what it adds | file |", "|---|---|---|---|", *lines])


def core_overrides(checkout):
    """Yield model, method, the first line of its docstring, and the file."""
    classes = [
        (path.relative_to(checkout).as_posix(), node, _attributes(node))
        for folder in ("models", "wizard", "controllers")
        for path in sorted((checkout / folder).glob("*.py"))
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef)
    ]
    own = {attributes["_name"] for _path, _node, attributes in classes if _is_new(attributes)}
    methods = [
        (attributes.get("_name") or attributes["_inherit"], method, node, path)
        for path, node, attributes in classes
        if attributes.get("_inherit")
        for method in node.body
        if isinstance(method, ast.FunctionDef)
    ]
    ours = {(model, method.name) for model, method, _node, _path in methods if not _extends(method)}
    for model, method, node, path in methods:
        if model not in own and _extends(method) and (model, method.name) not in ours:
            yield model, method.name, _first_line(method) or _first_line(node) or "–", path


def _attributes(node):
    return {
        target.id: ast.literal_eval(statement.value)
        for statement in node.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name) and target.id in ("_name", "_inherit")
    }


def _is_new(attributes):
    """Whether a class makes a model, and does not add to one that is there."""
    inherited = attributes.get("_inherit") or ()
    return "_name" in attributes and attributes["_name"] not in (
        [inherited] if isinstance(inherited, str) else inherited
    )


def _extends(method):
    """Whether the method calls the one of the same name that was there before."""
    return f"super().{method.name}" in ast.unparse(method)


def _first_line(node):
    """What a docstring says first, of a method or of its class."""
    return (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ").replace("|", "\\|")
