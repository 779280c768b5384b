"""The strategies that come with redeploy, one file each."""
