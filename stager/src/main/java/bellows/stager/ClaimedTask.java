package bellows.stager;

import bellows.contracts.ids.AppGuid;

/**
 * A row of the queue that this stager works on.
 *
 * @param attempts how often it was sent to a DEA so far
 * @param sealedRequest StagingStart with blob keys in place of addresses
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ClaimedTask(String buildGuid, AppGuid app, int attempts, byte[] sealedRequest) {}
