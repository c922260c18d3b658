"""`python -m services.new_token worker`: make a token by which one of our processes may call the services."""

import argparse

from services.common.service_tokens import ROLES, Role, new_token


def main() -> None:
    """Print a new token and its entry."""
    parser = argparse.ArgumentParser(prog="python -m services.new_token", description=__doc__)
    parser.add_argument("role", choices=ROLES, help="who bears it")
    role = Role(parser.parse_args().role)
    token, entry = new_token(role)
    print(f"SERVICE_TOKEN of the {role}; nobody can show it again:\n{token}")
    print(f"Its entry in SERVICE_TOKENS of every service, beside the others, with commas between:\n{entry}")


if __name__ == "__main__":
    main()
