package bellows.dea.staging;

import bellows.base.time.Scheduler;
import bellows.dea.logs.AppLog;
import bellows.dea.logs.LogTails;
import bellows.dea.transfer.Transfers;
import bellows.warden.Warden;

/** What every staging task works with. */
record StagingTools(
    StagingTask.Config config,
    Warden warden,
    BuildpackCache buildpacks,
    Transfers transfers,
    LogTails tails,
    AppLog appLog,
    Scheduler scheduler) {}
