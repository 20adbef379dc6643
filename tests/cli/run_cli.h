#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/run.h"
#include "support/temp_directory.h"

namespace skep::cli {

/// A file in memory.
class MemoryFile {
 public:
  explicit MemoryFile(const std::string& content = "") : fd_(memfd_create("test", MFD_CLOEXEC)) {
    if (fd_ < 0 || pwrite(fd_, content.data(), content.size(), 0) != static_cast<ssize_t>(content.size())) std::abort();
  }
  ~MemoryFile() { close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int fd() const { return fd_; }
  std::string Content() const {
    std::string content(static_cast<std::size_t>(lseek(fd_, 0, SEEK_END)), '\0');
    if (pread(fd_, content.data(), content.size(), 0) != static_cast<ssize_t>(content.size())) std::abort();
    return content;
  }

 private:
  int fd_;
};

/// A user with a home and a project of their own, who runs `skep` in this process.
class User {
 public:
  struct Outcome {
    int status;
    std::string out;
    std::string err;
  };

  User() : environment_{{"SKEP_HOME", home_ / "home"}} { std::filesystem::create_directory(project()); }

  std::string home() const { return home_ / "home"; }
  std::string project() const { return home_ / "project"; }
  void Set(const std::string& name, const std::string& value) { environment_[name] = value; }

  Environment environment() const {
    return [this](const char* name) {
      const auto found = environment_.find(name);
      return found == environment_.end() ? nullptr : found->second.c_str();
    };
  }

  void WriteConfig(const std::string& text) const {
    std::filesystem::create_directories(home() + "/config");
    const int fd = open((home() + "/config/config.toml").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
    close(fd);
  }

  /// Runs `skep WORDS…` in the project.
  Outcome Run(std::vector<std::string> words, const std::string& in = "") const {
    words.insert(words.begin(), {"--project", project()});
    return RunAnywhere(words, in);
  }
  Outcome RunAnywhere(const std::vector<std::string>& words, const std::string& in = "") const {
    std::vector<const char*> args;
    for (const std::string& word : words) args.push_back(word.c_str());
    const MemoryFile input(in);
    const MemoryFile out;
    const MemoryFile err;
    const int status = cli::Run(args, environment(), {.in = input.fd(), .out = out.fd(), .err = err.fd()});
    return {status, out.Content(), err.Content()};
  }

 private:
  TempDirectory home_;
  std::map<std::string, std::string> environment_;
};

}  // namespace skep::cli
