package bellows.warden.network;

import bellows.warden.PortMapping;
import bellows.warden.Traffic;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The text of our nftables rules; pure. There is one table per warden and family:
 *
 * <ul>
 *   <li>{@code ip}: the switch, the way out, and who may talk to whom;
 *   <li>{@code bridge}: each cable carries packets of its own container's address only.
 * </ul>
 *
 * @param name of the warden: its tables, and the first part of the names of its cables
 * @param bridge name of the bridge
 * @param instanceAddress the host's address that mapped ports are on
 * @param activatorPort where this host serves open ports without a connected container; 0 for none
 * @param resolvers addresses of this host at which containers may ask for names
 */
record SwitchScript(
    String name,
    String bridge,
    Ipv4Range subnet,
    String instanceAddress,
    int activatorPort,
    Set<String> resolvers) {
  /**
   * The bit of a connection's mark that says that its client has had the last word. A mark is
   * written in place: an element of a set that comes and goes with each request would cost more
   * than all the rest of the way through the kernel. Each packet to or from an awake app passes the
   * rules for that, so the most common ones leave them first. Those of this host's own programs go
   * to the container's address ({@link LocalSwitch}), all others to the host's.
   */
  static final int UNANSWERED = 1 << 28;

  /**
   * Both tables, whatever was there before, in one transaction.
   *
   * @param attachments of all containers that live
   * @param connected those of them whose host port is open
   * @param ports all open ones, with what they have counted so far
   */
  String whole(
      Collection<Attachment> attachments,
      Collection<Attachment> connected,
      Map<Integer, Traffic> ports) {
    return """
    table ip NAME
    delete table ip NAME
    table bridge NAME
    delete table bridge NAME
    table ip NAME {
      map awake {
        type inet_service : ipv4_addr . inet_service
        ELEMENTS_AWAKE
      }
      set ports {
        type inet_service
        counter
        ELEMENTS_PORTS
      }
      set containers {
        type ipv4_addr . inet_service
        counter
        ELEMENTS_CONTAINERS
      }
      set denied {
        type ipv4_addr . ipv4_addr
        flags interval
        ELEMENTS_DENIED
      }
      chain count_prerouting {
        type filter hook prerouting priority mangle; policy accept;
        jump count
      }
      chain count_output {
        type filter hook output priority mangle; policy accept;
        jump count
      }
      chain count {
        tcp flags & (fin | syn | rst | psh) == 0 return
        iifname "BRIDGE" ct direction original return comment "no app keeps another awake"
        ct original ip daddr INSTANCE goto by_port
        ct original ip daddr SUBNET goto by_container
      }
      chain by_port {
        tcp flags & (syn | psh) != 0 ct original proto-dst @ports goto heard
        goto ended
      }
      chain by_container {
        tcp flags & (syn | psh) != 0 ct original ip daddr . ct original proto-dst @containers goto heard
        goto ended
      }
      chain ended {
        tcp flags & rst != 0 ct mark set ct mark & ANSWERED
        ct direction reply tcp flags & fin != 0 ct mark set ct mark & ANSWERED
      }
      chain heard {
        tcp flags & psh == 0 return
        ct direction original ct mark set ct mark | ASKED return
        ct mark set ct mark & ANSWERED
      }
      chain prerouting {
        type nat hook prerouting priority dstnat; policy accept;
        iifname "BRIDGE" accept comment "apps reach apps by their routes, not by the port map"
        jump switch
      }
      chain output {
        type nat hook output priority -100; policy accept;
        ip daddr SUBNET tcp flags & syn == 0 reject with tcp reset comment "its container is gone"
        jump switch
      }
      chain switch {
        ip daddr INSTANCE dnat ip to tcp dport map @awake
        REDIRECT
      }
      chain postrouting {
        type nat hook postrouting priority srcnat; policy accept;
        ip saddr SUBNET oifname != "BRIDGE" masquerade
      }
      chain input {
        type filter hook input priority filter; policy accept;
        iifname "BRIDGE" jump to_host
      }
      chain to_host {
        ct state established,related accept
        RESOLVERS
        drop
      }
      chain forward {
        type filter hook forward priority filter; policy accept;
        iifname "BRIDGE" jump from_container
        oifname "BRIDGE" jump to_container
      }
      chain from_container {
        oifname "BRIDGE" drop
        ip saddr != SUBNET drop
        ct state established,related accept
        ip daddr { 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/3 } drop
        ip saddr . ip daddr @denied reject with icmp type admin-prohibited
      }
      chain to_container {
        ct state established,related accept
        ct status dnat accept
        drop
      }
    }
    table bridge NAME {
      set members {
        type ifname . ipv4_addr
        ELEMENTS_MEMBERS
      }
      chain prerouting {
        type filter hook prerouting priority filter; policy accept;
        iifname "NAME-*" jump from_cable
      }
      chain from_cable {
        ether type ip iifname . ip saddr @members accept
        ether type arp iifname . arp saddr ip @members accept
        drop
      }
    }
    """
        .replace(
            "ELEMENTS_AWAKE", elements(connected.stream().flatMap(a -> awake(a).stream()).toList()))
        .replace(
            "ELEMENTS_CONTAINERS",
            elements(connected.stream().flatMap(a -> container(a).stream()).toList()))
        .replace(
            "ELEMENTS_DENIED",
            elements(attachments.stream().flatMap(a -> denied(a).stream()).toList()))
        .replace(
            "ELEMENTS_MEMBERS", elements(attachments.stream().map(SwitchScript::member).toList()))
        .replace("ELEMENTS_PORTS", elements(counted(ports)))
        .replace("ASKED", "0x%08x".formatted(UNANSWERED))
        .replace("ANSWERED", "0x%08x".formatted(~UNANSWERED))
        .replace("REDIRECT", redirectRule())
        .replace("RESOLVERS", resolverRules())
        .replace("NAME", name)
        .replace("BRIDGE", bridge)
        .replace("SUBNET", subnet.toString())
        .replace("INSTANCE", instanceAddress);
  }

  /** Takes both tables away, there or not. */
  String gone() {
    return """
    table ip NAME
    delete table ip NAME
    table bridge NAME
    delete table bridge NAME
    """
        .replace("NAME", name);
  }

  /** What a new container may not connect to; empty text when nothing is denied. */
  String deny(Attachment attachment) {
    return element("add", denied(attachment));
  }

  /** The reverse of {@link #deny}. */
  String allow(Attachment attachment) {
    return element("delete", denied(attachment));
  }

  private String element(String verb, List<String> elements) {
    return elements.isEmpty()
        ? ""
        : "%s element ip %s denied { %s }\n".formatted(verb, name, String.join(", ", elements));
  }

  private String redirectRule() {
    return activatorPort == 0
        ? ""
        : "ip daddr INSTANCE tcp dport @ports redirect to :" + activatorPort;
  }

  private static List<String> counted(Map<Integer, Traffic> ports) {
    return new TreeMap<>(ports)
        .entrySet().stream()
            .map(port ->
                "%d counter packets %d bytes %d"
                    .formatted(port.getKey(), port.getValue().packets(), port.getValue().bytes()))
            .toList();
  }

  private String resolverRules() {
    return new TreeSet<>(resolvers)
        .stream()
            .map(a -> "ip daddr " + a + " meta l4proto { tcp, udp } th dport 53 accept")
            .collect(Collectors.joining("\n    "));
  }

  private static String elements(List<String> elements) {
    return elements.isEmpty() ? "" : "elements = { " + String.join(", ", elements) + " }";
  }

  private static String member(Attachment attachment) {
    return "\"" + attachment.veth() + "\" . " + attachment.ip();
  }

  private static List<String> awake(Attachment attachment) {
    @Nullable PortMapping port = attachment.port();
    return port == null
        ? List.of()
        : List.of(port.hostPort() + " : " + attachment.ip() + " . " + port.containerPort());
  }

  private static List<String> container(Attachment attachment) {
    @Nullable PortMapping port = attachment.port();
    return port == null ? List.of() : List.of(attachment.ip() + " . " + port.containerPort());
  }

  private static List<String> denied(Attachment attachment) {
    return Ipv4Range.withoutOverlaps(attachment.denied().stream().map(Ipv4Range::parse).toList())
        .stream()
        .map(range -> attachment.ip() + " . " + range.first() + "-" + range.last())
        .toList();
  }
}
