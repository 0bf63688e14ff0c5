"""The page that people pass around: one file that computes totals of any selection, from draws that it holds."""
