from . import settlement_summary
