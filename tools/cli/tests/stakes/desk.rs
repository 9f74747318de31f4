//! A folder with the parameters and everybody's keys, and the programs that are called in it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use eots::SecretKey;

use crate::common::maker::key;
use crate::serve::esplora_at;
use crate::stage::{CHAIN, Stage, funded, params};

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A folder with the parameters and everybody's keys, and the flags that all programs take.
pub struct Desk {
    folder: Folder,
    pub flags: Vec<String>,
}

impl Desk {
    pub fn new(stage: &Stage, name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("bsn-sign-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("params.json"), params(&[(1, &stage.maker)])).unwrap();
        let bitcoin = format!("esplora={}", esplora_at(&stage.net));
        let shown = folder.join("params.json").display().to_string();
        let flags = ["--params", &shown, "--chain-id", CHAIN, "--bitcoin", &bitcoin];
        Self { flags: flags.map(str::to_owned).to_vec(), folder: Folder(folder) }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.0.join(name)
    }

    pub fn at(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    pub fn key_file(&self, name: &str, key: &SecretKey) -> String {
        let path = self.path(name);
        fs::write(&path, hex::encode(key.to_bytes())).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path.display().to_string()
    }

    pub fn program(&self, args: &[&str]) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_bsn"));
        for name in
            ["BSN_NODE", "BSN_CHAIN_ID", "BSN_CONTRACT", "BSN_BITCOIN", "BSN_COVENANT_KEY", "BSN_STAKER_KEY"]
        {
            program.env_remove(name);
        }
        program.current_dir(&self.folder.0).args(args);
        program
    }

    /// Exit code, and what was said.
    pub fn bsn(&self, args: &[&str]) -> (i32, String) {
        let flags: Vec<&str> = self.flags.iter().map(String::as_str).collect();
        let out = self.program(&[args, &flags].concat()).output().unwrap();
        let text = [out.stdout, out.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        (out.status.code().unwrap(), text.concat())
    }

    pub fn create(&self, record: &str, key: &str) -> (i32, String) {
        let args =
            ["covenant", "sign", "--create", "--record", record, "--key-file", key, "--chain-id", CHAIN];
        let out = self.program(&args).output().unwrap();
        let text = [out.stdout, out.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        (out.status.code().unwrap(), text.concat())
    }

    /// The request of a staker with a fresh coin.
    pub fn request(&self, stage: &Stage, name: &str) -> String {
        let coin = funded(&stage.both, 1, 1_200_000).at.to_string();
        let (fp, staker) =
            (key(&stage.maker.fp).to_string(), self.key_file("staker.key", &stage.maker.staker));
        let request = self.at(name);
        let change = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
        let (code, said) = self.bsn(&[
            "stake",
            "make",
            "--sats",
            "1000000",
            "--time",
            "5000",
            "--fp",
            &fp,
            "--coin",
            &coin,
            "--change",
            change,
            "--fee",
            "700",
            "--key-file",
            &staker,
            "--request",
            &request,
        ]);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("Nothing can be sent yet"), "{said}");
        request
    }
}
