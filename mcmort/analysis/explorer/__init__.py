"""What the page that people pass around computes with: thinned joint draws, and how any selection of them is summed."""
