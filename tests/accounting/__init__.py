"""The books of the deployment: that they are even whatever comes, and uneven when anything is missing."""
