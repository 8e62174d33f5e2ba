// from docs/start/sdk.md#for-an-sdk-that-you-publish
