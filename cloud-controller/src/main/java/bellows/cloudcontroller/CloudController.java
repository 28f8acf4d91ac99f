package bellows.cloudcontroller;

import bellows.base.lifecycle.Component;
import bellows.base.lifecycle.Components;
import bellows.base.time.Scheduler;
import bellows.blobstore.Blobstore;
import bellows.blobstore.SignedUrls;
import bellows.bus.MessageBus;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.TokenVerifier;
import bellows.cloudcontroller.audit.AuditEventsFeature;
import bellows.cloudcontroller.audit.Retention;
import bellows.cloudcontroller.buildpacks.Buildpacks;
import bellows.cloudcontroller.buildpacks.SystemBuildpacks;
import bellows.cloudcontroller.domains.Domains;
import bellows.cloudcontroller.domains.PlatformNames;
import bellows.cloudcontroller.environment.EnvironmentSeal;
import bellows.cloudcontroller.environmentgroups.EnvironmentGroups;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.flags.FeatureFlags;
import bellows.cloudcontroller.info.Discovery;
import bellows.cloudcontroller.isolation.IsolationSegments;
import bellows.cloudcontroller.jobs.JobRunner;
import bellows.cloudcontroller.jobs.JobWork;
import bellows.cloudcontroller.jobs.Jobs;
import bellows.cloudcontroller.organizations.Organizations;
import bellows.cloudcontroller.quotas.OrganizationQuotas;
import bellows.cloudcontroller.roles.Roles;
import bellows.cloudcontroller.routergroups.RouterGroup;
import bellows.cloudcontroller.routergroups.RouterGroups;
import bellows.cloudcontroller.routes.Destinations;
import bellows.cloudcontroller.routes.RouteRegistry;
import bellows.cloudcontroller.routes.Routes;
import bellows.cloudcontroller.seed.Seed;
import bellows.cloudcontroller.services.AbsentResources;
import bellows.cloudcontroller.services.RouteBindings;
import bellows.cloudcontroller.services.ServiceInstances;
import bellows.cloudcontroller.spaces.Spaces;
import bellows.cloudcontroller.stacks.Stacks;
import bellows.cloudcontroller.users.UserDirectory;
import bellows.cloudcontroller.users.Users;
import bellows.cloudcontroller.workloads.Workloads;
import bellows.cmdb.Database;
import bellows.cmdb.SecretBox;
import bellows.contracts.routing.PortRange;
import bellows.http.Route;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The V3 API with all that stands behind it; its state is in the CMDB and the blobstore only. */
public final class CloudController implements Component {
  /** The newest version of which clients find everything that they then ask for. */
  public static final String API_VERSION = "3.211.0";

  /**
   * @param systemDomain the platform's own names lie under it, and apps share it
   * @param tokens how tokens are checked
   * @param buildpacks a folder for each buildpack that comes with the platform
   * @param workloads of the part that is about apps
   * @param tcp the router group of TCP routes; null when there are none
   */
  public record Config(
      String systemDomain,
      TokenVerifier.Config tokens,
      Path buildpacks,
      JobRunner.Config jobs,
      Retention.Config retention,
      Workloads.Config workloads,
      @Nullable RouterGroup tcp) {
    /** Defaults for all but the places. */
    public static Config of(
        String systemDomain, TokenVerifier.Config tokens, Path buildpacks, Workloads.Config apps) {
      return new Config(
          systemDomain,
          tokens,
          buildpacks,
          JobRunner.Config.DEFAULT,
          Retention.Config.DEFAULT,
          apps,
          null);
    }

    /** Lets TCP routes have these ports; null for no TCP routes. */
    public Config tcpPorts(@Nullable PortRange ports) {
      return new Config(
          systemDomain,
          tokens,
          buildpacks,
          jobs,
          retention,
          workloads,
          ports == null ? null : new RouterGroup(ports));
    }
  }

  private final Seed seed;
  private final List<Feature> features;
  private final Components components;

  private CloudController(Seed seed, List<Feature> features, List<Component> components) {
    this.seed = seed;
    this.features = features;
    this.components = new Components(components);
  }

  /**
   * @param users what UAA knows, for roles that name a user
   */
  public static CloudController create(
      Config config,
      Database database,
      Blobstore blobs,
      SignedUrls urls,
      SecretBox box,
      MessageBus bus,
      Scheduler scheduler,
      UserDirectory users) {
    Endpoints endpoints = new Endpoints(new TokenVerifier(config.tokens(), scheduler), database);
    Jobs jobs = new Jobs(endpoints, box, scheduler);
    Workloads workloads =
        new Workloads(config.workloads(), database, bus, scheduler, blobs, urls, box);
    PlatformNames names = new PlatformNames(config.systemDomain());
    RouteRegistry routes = new RouteRegistry(names, workloads.routeChanges(), config.tcp());
    Spaces spaces = new Spaces(endpoints, jobs, database, List.of(workloads.spaceContents()));
    Domains domains = new Domains(endpoints, jobs, database, names, routes, config.tcp());

    List<Feature> features = new ArrayList<>();
    features.add(new Discovery(API_VERSION, config.tcp() != null));
    features.add(jobs::routes);
    features.add(new AuditEventsFeature(endpoints));
    features.add(new OrganizationQuotas(endpoints, jobs, database));
    // Spaces before domains: a space's own routes end with it.
    features.add(new Organizations(endpoints, jobs, database, List.of(spaces, domains)));
    features.add(spaces);
    features.add(new Users(endpoints, jobs, database, users));
    features.add(new Roles(endpoints, jobs, database, users));
    features.add(domains);
    features.add(new Routes(endpoints, jobs, database, routes));
    features.add(new Destinations(endpoints, routes));
    features.add(new ServiceInstances(endpoints, box, routes));
    features.add(new RouteBindings(endpoints, routes));
    features.add(new RouterGroups(endpoints, config.tcp()));
    features.add(new Stacks(endpoints));
    features.add(new Buildpacks(endpoints, jobs, database, blobs, config.workloads().uploads()));
    features.add(new FeatureFlags(endpoints));
    features.add(new IsolationSegments(endpoints));
    features.add(new EnvironmentGroups(endpoints, new EnvironmentSeal(box)));
    features.add(new AbsentResources(endpoints));
    features.addAll(workloads.features(endpoints, jobs, routes));

    Map<String, JobWork> works = new HashMap<>();
    features.forEach(feature -> works.putAll(feature.jobs()));
    List<Component> components = new ArrayList<>();
    features.forEach(feature -> components.addAll(feature.components()));
    components.add(new JobRunner(config.jobs(), database, scheduler, jobs, works));
    components.add(new Retention(config.retention(), database, scheduler));
    Seed seed =
        new Seed(
            database,
            config.systemDomain(),
            config.tcp() != null,
            new SystemBuildpacks(config.buildpacks(), database, blobs));
    return new CloudController(seed, features, components);
  }

  /** To be served by an {@code HttpServer}. */
  public List<Route> routes() {
    return features.stream().flatMap(feature -> feature.routes().stream()).toList();
  }

  @Override
  public void start() {
    seed.run();
    components.start();
  }

  @Override
  public void close() {
    components.close();
  }
}
