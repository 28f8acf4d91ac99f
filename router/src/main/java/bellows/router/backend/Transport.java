package bellows.router.backend;

import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.net.StandardSocketOptions;

/** How bytes reach the kernel. */
public enum Transport {
  IO_URING,
  EPOLL,
  NIO;

  /**
   * The fastest one that this kernel has, for connections of which both directions end together.
   */
  public static Transport best() {
    return best(IoUring.isAvailable(), Epoll.isAvailable(), false);
  }

  /**
   * The fastest one that this kernel has, also for connections of which each direction ends by
   * itself: when nothing is to be read or written any more, Netty 4.2.18 takes one out of the epoll
   * set, does not remember it, and fails to bring it back.
   */
  public static Transport bestForHalfClosed() {
    return best(IoUring.isAvailable(), Epoll.isAvailable(), true);
  }

  static Transport best(boolean ioUring, boolean epoll, boolean halfClosed) {
    if (ioUring) {
      return IO_URING;
    }
    return epoll && !halfClosed ? EPOLL : NIO;
  }

  public IoHandlerFactory handlers() {
    return switch (this) {
      case IO_URING -> IoUringIoHandler.newFactory();
      case EPOLL -> EpollIoHandler.newFactory();
      case NIO -> NioIoHandler.newFactory();
    };
  }

  public Class<? extends ServerSocketChannel> serverChannel() {
    return switch (this) {
      case IO_URING -> IoUringServerSocketChannel.class;
      case EPOLL -> EpollServerSocketChannel.class;
      case NIO -> NioServerSocketChannel.class;
    };
  }

  /** Whether several sockets may listen at one address. */
  public ChannelOption<Boolean> reusePort() {
    return switch (this) {
      case IO_URING, EPOLL -> UnixChannelOption.SO_REUSEPORT;
      case NIO -> NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT);
    };
  }

  public Class<? extends SocketChannel> socketChannel() {
    return switch (this) {
      case IO_URING -> IoUringSocketChannel.class;
      case EPOLL -> EpollSocketChannel.class;
      case NIO -> NioSocketChannel.class;
    };
  }
}
