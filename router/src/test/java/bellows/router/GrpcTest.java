package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** gRPC, by its own client and server: HTTP/2 on both sides, with trailers. */
class GrpcTest {
  private static final MethodDescriptor<String, String> ECHO =
      method("echo", MethodDescriptor.MethodType.UNARY);
  private static final MethodDescriptor<String, String> FAIL =
      method("fail", MethodDescriptor.MethodType.UNARY);
  private static final MethodDescriptor<String, String> COUNT =
      method("count", MethodDescriptor.MethodType.SERVER_STREAMING);
  private static final MethodDescriptor<String, String> TALK =
      method("talk", MethodDescriptor.MethodType.BIDI_STREAMING);
  private static final int LARGE = 3 * 1024 * 1024;

  private RouterFixture router;
  private Server server;
  private ManagedChannel channel;

  /** Texts as they are. */
  private static final class Text implements MethodDescriptor.Marshaller<String> {
    @Override
    public InputStream stream(String value) {
      return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String parse(InputStream stream) {
      try {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static MethodDescriptor<String, String> method(
      String name, MethodDescriptor.MethodType type) {
    return MethodDescriptor.newBuilder(new Text(), new Text())
        .setFullMethodName("test.Service/" + name)
        .setType(type)
        .build();
  }

  @BeforeEach
  void start() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                ServerServiceDefinition.builder("test.Service")
                    .addMethod(ECHO, ServerCalls.asyncUnaryCall(GrpcTest::echo))
                    .addMethod(FAIL, ServerCalls.asyncUnaryCall(GrpcTest::fail))
                    .addMethod(COUNT, ServerCalls.asyncServerStreamingCall(GrpcTest::count))
                    .addMethod(TALK, ServerCalls.asyncBidiStreamingCall(GrpcTest::talk))
                    .build())
            .build()
            .start();
    router = new RouterFixture();
    router.serveHttp2("grpc.test", server.getPort());
    channel =
        NettyChannelBuilder.forAddress(router.address())
            .overrideAuthority("grpc.test")
            .usePlaintext()
            .build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
    router.close();
  }

  private static void echo(String request, StreamObserver<String> response) {
    response.onNext(request);
    response.onCompleted();
  }

  private static void fail(String request, StreamObserver<String> response) {
    response.onError(Status.NOT_FOUND.withDescription(request).asRuntimeException());
  }

  private static void count(String request, StreamObserver<String> response) {
    for (int i = 0; i < Integer.parseInt(request); i++) {
      response.onNext(Integer.toString(i));
    }
    response.onCompleted();
  }

  private static StreamObserver<String> talk(StreamObserver<String> response) {
    return new StreamObserver<>() {
      @Override
      public void onNext(String value) {
        response.onNext("you said " + value);
      }

      @Override
      public void onError(Throwable cause) {
        // The client has gone; the test looks at the answers.
      }

      @Override
      public void onCompleted() {
        response.onCompleted();
      }
    };
  }

  private String call(MethodDescriptor<String, String> method, String request) {
    return ClientCalls.blockingUnaryCall(
        channel, method, CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS), request);
  }

  @Test
  void calls() {
    for (int i = 0; i < 10; i++) {
      assertThat(call(ECHO, "hello" + i)).isEqualTo("hello" + i);
    }
  }

  @Test
  void passesALargeMessageBothWays() {
    String large = "x".repeat(LARGE);
    assertThat(call(ECHO, large)).isEqualTo(large);
  }

  @Test
  void passesTheStatusInTrailers() {
    assertThatThrownBy(() -> call(FAIL, "nobody"))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
              assertThat(e.getStatus().getDescription()).isEqualTo("nobody");
            });
  }

  @Test
  void streamsToTheClient() {
    Iterator<String> answers =
        ClientCalls.blockingServerStreamingCall(channel, COUNT, CallOptions.DEFAULT, "5000");
    for (int i = 0; i < 5000; i++) {
      assertThat(answers.next()).isEqualTo(Integer.toString(i));
    }
    assertThat(answers.hasNext()).isFalse();
  }

  @Test
  void talksBothWaysAtOnce() throws InterruptedException {
    BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    StreamObserver<String> requests =
        ClientCalls.asyncBidiStreamingCall(
            channel.newCall(TALK, CallOptions.DEFAULT),
            new StreamObserver<>() {
              @Override
              public void onNext(String value) {
                answers.add(value);
              }

              @Override
              public void onError(Throwable cause) {
                answers.add(cause.toString());
              }

              @Override
              public void onCompleted() {
                answers.add("end");
              }
            });
    for (String word : List.of("one", "two", "three")) {
      requests.onNext(word);
      assertThat(answers.poll(20, TimeUnit.SECONDS)).isEqualTo("you said " + word);
    }
    requests.onCompleted();
    assertThat(answers.poll(20, TimeUnit.SECONDS)).isEqualTo("end");
  }

  @Test
  void letsAClientOfHttp1CallAnAppOfHttp2() {
    String message = "\0\0\0\0\u0005hello";
    String head =
        """
        POST /test.Service/echo HTTP/1.1\r
        Host: grpc.test\r
        Content-Type: application/grpc\r
        TE: trailers\r
        Content-Length: 10\r
        \r
        """;
    try (RawClient client = router.client()) {
      for (int i = 0; i < 3; i++) {
        RawClient.Response response = client.send(head + message).read();
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.header("Transfer-Encoding")).isEqualTo("chunked");
        assertThat(response.body()).isEqualTo(message);
      }
    }
  }

  @Test
  void tellsTheClientWhenTheAppIsNotThere() {
    server.shutdownNow();
    assertThatThrownBy(() -> call(ECHO, "hello"))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
  }
}
