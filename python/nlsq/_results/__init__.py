# SPDX-License-Identifier: MIT
"""What a fit returns: its entries, statistics, predictions, texts, plots and files."""
